/** client.yaml: what a site decides for itself. Everything in it tightens; nothing in it asks the coordinator for more. */
import { isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../shared/refusal.ts';
import { SitePolicySchema } from './data/site-policy.ts';
import type { Source } from './data/source.ts';

const MIB = 1024 * 1024;

const DataSchema = z
  .strictObject({
    /** .csv, .csv.gz, .ndjson or .parquet; a relative path is relative to client.yaml. */
    file: z.string().min(1),
    /** `false`: a CSV without a header, its columns in the order of the federation's features. */
    header: z.boolean().default(true),
    /** Only rows whose label is one of `normal` are trained on. Without it every row counts as normal. */
    label: z.strictObject({ column: z.string().min(1), normal: z.array(z.string()).min(1) }).optional(),
    /** Known incidents with columns `label` and `category`: never trained on, used to judge candidates. */
    incidents: z.string().min(1).optional(),
  })
  .refine((data) => data.header || data.label === undefined, {
    path: ['label'],
    error: 'a label column needs a header to find it by',
  });

const ClientConfigSchema = z.strictObject({
  data: DataSchema.optional(),
  policy: SitePolicySchema.prefault({}),
  /** Installed versions kept on disk besides the one in use. */
  keepModels: z.int().min(0).max(100).default(3),
  /** Room for downloaded bases and candidates, in bytes. */
  cacheBytes: z
    .int()
    .min(MIB)
    .default(512 * MIB),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type ClientConfig = z.output<typeof ClientConfigSchema>;
export type DataConfig = NonNullable<ClientConfig['data']>;

/**
 * Parses the text of client.yaml. Relative paths are taken from `folder`.
 * Refuses `config_invalid`, every error with its path, all of them at once.
 */
export function parseConfig(text: string, folder: string, source = 'client.yaml'): ClientConfig {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax) throw new Refusal('config_invalid', `${source}: ${syntax.message}`);
  const parsed = ClientConfigSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
    throw new Refusal('config_invalid', `${source}: ${lines.join('; ')}`, {
      path: lines[0]?.split(':')[0] ?? '',
    });
  }
  return withAbsolutePaths(parsed.data, folder);
}

/** The rows to train on. Refuses `config_invalid` when client.yaml names none. */
export function requireData(config: ClientConfig): DataConfig {
  if (config.data) return config.data;
  throw new Refusal('config_invalid', 'client.yaml: data.file: no file to train on is named', {
    path: 'data.file',
  });
}

export function sourceOf({ file, header, label }: DataConfig): Source {
  return { path: file, header, label };
}

/** The text of client.yaml with its data section set; what else the site wrote there stays, comments included. */
export function withData(text: string, data: z.input<typeof DataSchema>): string {
  const document = parseDocument(text);
  document.set('data', document.createNode(data));
  return document.toString();
}

function withAbsolutePaths(config: ClientConfig, folder: string): ClientConfig {
  if (!config.data) return config;
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const { file, incidents } = config.data;
  const data = {
    ...config.data,
    file: absolute(file),
    ...(incidents ? { incidents: absolute(incidents) } : {}),
  };
  return { ...config, data };
}

/** client.yaml as `join` first writes it. */
export const CONFIG_TEMPLATE = `# What this site decides for itself. See \`vedette-client data check\` for what follows from it.
# data:
#   file: events.csv            # .csv, .csv.gz, .ndjson or .parquet
#   label: { column: label, normal: [normal] }
#   incidents: incidents.csv    # known incidents, with columns label and category
policy: {}
`;
