/** The checks before training: one report on what would be trained on, and whether it may be. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Federation } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { CheckResult } from './checks/check-result.ts';
import { driftByFeature, driftCheck } from './checks/drift.ts';
import { duplicatesCheck } from './checks/duplicates.ts';
import { columnsCheck } from './checks/schema.ts';
import { badRowsCheck, sizeCheck } from './checks/size.ts';
import type { DataRefusal, DataReport } from './data-report.ts';
import { type Fingerprint, FingerprintSchema, fingerprintDigest, rowsEncodedAsOther } from './fingerprint.ts';
import { readPrivateJson, writePrivateJson } from './private-json.ts';
import { openRowStore, type Pass, type RowStore, readSource } from './row-store.ts';
import type { SitePolicy } from './site-policy.ts';
import type { Source } from './source.ts';

export interface CheckOptions {
  /** A person has looked at the drift and takes today's data as the new reference. Nothing else is forgiven. */
  readonly acceptDrift?: boolean;
}

/**
 * Reads the source (if it changed) and judges it. What is wrong with the data is in the report, not thrown.
 * The reference for drift is the first data accepted, then what a person accepted: it does not follow by itself,
 * or a slow poisoning would carry it along.
 */
export async function checkData(
  source: Source,
  federation: Federation,
  policy: SitePolicy,
  home: string,
  { acceptDrift = false }: CheckOptions = {},
): Promise<DataReport> {
  if (!policy.train) {
    return refusedReport(
      source,
      federation,
      new Refusal('policy_refused', 'the site policy says train: false'),
    );
  }
  try {
    const pass = await readSource(source, federation, policy, home);
    const reference = await readReference(home, pass.fingerprint);
    const report = judge(
      source,
      federation,
      acceptDrift ? { ...policy, onDrift: 'warn' } : policy,
      pass,
      reference,
    );
    const replaces = reference === undefined || acceptDrift;
    if (replaces && report.verdict === 'accepted') await writeReference(home, pass.fingerprint);
    return report;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.code.startsWith('data_')) throw error;
    return refusedReport(source, federation, error);
  }
}

/** The rows behind an accepted report. Refuses with the report's first refusal when it was not accepted. */
export async function openCheckedRows(
  report: DataReport,
  federation: Federation,
  home: string,
): Promise<RowStore> {
  const [first] = report.refusals;
  if (first) throw new Refusal(first.code, first.message, first.facts);
  return openRowStore(home, federation);
}

function judge(
  source: Source,
  federation: Federation,
  policy: SitePolicy,
  pass: Pass,
  reference: Fingerprint | undefined,
): DataReport {
  const { rows, extraColumns, findings, fingerprint } = pass;
  const usable = rows.training + rows.heldBack;
  const drift = reference ? driftByFeature(reference, fingerprint) : [];
  const features = federation.features.map((feature) => feature.name);
  const checks: CheckResult[] = [
    columnsCheck(features.length + extraColumns.length, extraColumns),
    badRowsCheck(rows.bad, findings[0]?.message, policy),
    sizeCheck(usable, policy),
    duplicatesCheck(pass.repeats, usable, policy),
    driftCheck(reference, drift, policy),
  ];
  const refusals = checks.filter((check) => !check.passed && check.refuses).map(refusalOf);
  return {
    verdict: refusals.length === 0 ? 'accepted' : 'refused',
    federation: federation.federation,
    source: source.path,
    rows,
    columns: {
      features,
      extra: extraColumns,
      other: rowsEncodedAsOther(federation.features, fingerprint),
    },
    checks,
    refusals,
    findings,
    drift,
    fingerprint: fingerprintDigest(fingerprint),
  };
}

function refusalOf(check: CheckResult): DataRefusal {
  const { code, name, value, bound } = check;
  return new Refusal(code, `${name}: ${check.message}`, { check: name, value, bound }).toJSON();
}

function refusedReport(source: Source, federation: Federation, refusal: Refusal): DataReport {
  return {
    verdict: 'refused',
    federation: federation.federation,
    source: source.path,
    rows: { read: 0, notNormal: 0, bad: 0, training: 0, heldBack: 0, capped: false },
    columns: { features: federation.features.map((feature) => feature.name), extra: [], other: [] },
    checks: [],
    refusals: [refusal.toJSON()],
    findings: [],
    drift: [],
    fingerprint: undefined,
  };
}

function referencePath(home: string): string {
  return join(home, 'fingerprint.json');
}

/** The accepted fingerprint, if it counts the same features. */
async function readReference(home: string, now: Fingerprint): Promise<Fingerprint | undefined> {
  const reference = await readPrivateJson(referencePath(home), FingerprintSchema);
  return reference?.features === now.features ? reference : undefined;
}

async function writeReference(home: string, fingerprint: Fingerprint): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writePrivateJson(referencePath(home), fingerprint);
}
