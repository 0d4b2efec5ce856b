/** What the coordinator measured of this member's own update in one round. */
import { z } from 'zod';
import { Refusal } from '../../shared/refusal.ts';
import type { Coordinator } from '../ports/coordinator.ts';

const BoundSchema = z.union([z.number(), z.tuple([z.number(), z.number()])]);

const FindingSchema = z.object({
  check: z.string(),
  kind: z.string().optional(),
  value: z.number(),
  bound: BoundSchema.optional(),
  passed: z.boolean(),
  message: z.string(),
  cohort: z.object({ lowest: z.number(), median: z.number(), highest: z.number() }).optional(),
});

/** What is read of it; whatever else a coordinator says stays in the JSON. */
const EvidenceSchema = z.looseObject({
  round: z.number(),
  attempt: z.number(),
  run: z.string(),
  step: z.string(),
  update: z.string(),
  evidence: z.string(),
  seat: z.enum(['counted', 'shadow', 'none']),
  cohort: z.number(),
  appliedWeight: z.number(),
  equalShare: z.number(),
  influence: z.number(),
  verdict: z.object({ decision: z.string(), code: z.string().optional(), message: z.string() }),
  findings: z.array(FindingSchema),
  agreed: z.array(z.string()),
  distances: z.array(z.number()),
  layers: z.array(z.object({ name: z.string(), share: z.number() })),
  trail: z.array(z.object({ round: z.number(), step: z.string(), clean: z.boolean() })),
  counterfactual: z.object({
    requirements: z.array(
      z.object({
        check: z.string(),
        value: z.number(),
        passesAt: z.number().optional(),
        ratio: z.number().optional(),
      }),
    ),
    enough: z.string(),
  }),
});

export type OwnEvidence = z.output<typeof EvidenceSchema>;
export type OwnFinding = z.output<typeof FindingSchema>;
export type OwnRequirement = OwnEvidence['counterfactual']['requirements'][number];

/** Refuses `round_missing`, `update_missing`, `evidence_missing`, `evidence_damaged`, and `internal` for an answer that cannot be read. */
export async function ownEvidence(
  coordinator: Pick<Coordinator, 'evidence'>,
  round: number,
): Promise<OwnEvidence> {
  const parsed = EvidenceSchema.safeParse(parsedOrNothing(await coordinator.evidence(round)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    'internal',
    `the evidence cannot be read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
