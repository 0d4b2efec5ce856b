/** What this site allows to be trained on. It can only tighten what the federation asks. */
import { z } from 'zod';

export const SitePolicySchema = z
  .strictObject({
    /** `false` refuses to train at all, e.g. while an incident is open. */
    train: z.boolean().default(true),
    /** Fewer rows than this are not trained on. */
    minRows: z.int().min(1).default(100),
    /** No more rows than this leave their mark in a model, held-back ones included; reading stops there. */
    maxRows: z.int().min(1).default(1_000_000),
    /** The largest share of rows that may equal an earlier one. */
    maxDuplicateShare: z.number().min(0).max(1).default(0.5),
    /** The largest drift of any feature: Jensen–Shannon divergence in bits, in [0, 1]. */
    maxDrift: z.number().min(0).max(1).default(0.2),
    /** A record that is not a row: refuse the source, or leave the record out. Either way it is counted. */
    onBadRow: z.enum(['refuse', 'skip']).default('refuse'),
    onDrift: z.enum(['refuse', 'warn']).default('refuse'),
  })
  .refine((policy) => policy.minRows <= policy.maxRows, {
    path: ['minRows'],
    error: 'minRows must not exceed maxRows',
  });

export type SitePolicy = z.output<typeof SitePolicySchema>;
