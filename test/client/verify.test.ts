import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { proofAsJson, proofInWords } from '../../client/cli/proof-words.ts';
import { makeProgram } from '../../client/cli.ts';
import { type ProofStep, type ReleaseTrust, requireProven } from '../../client/core/release-proof.ts';
import { pull } from '../../client/flow/pull.ts';
import { verifyFolder } from '../../client/flow/verify.ts';
import type { Release } from '../../client/ports/coordinator.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { type Manifest, signManifest } from '../../shared/provenance/manifest.ts';
import { signModel } from '../../shared/provenance/model-signing.ts';
import { encodeProvenance } from '../../shared/provenance/provenance.ts';
import { signVote } from '../../shared/provenance/vote.ts';
import { noteVerifierKey } from '../../shared/transparency/checkpoint.ts';
import {
  coordinatorKey,
  exampleManifest,
  exampleProvenance,
  exampleVote,
  log,
  memberKey,
} from '../provenance/examples.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { type StorageFolder, storageFolder } from '../support/storage-folder.ts';

const publisherKey = makeKey('publisher');
const trust: ReleaseTrust = { coordinator: coordinatorKey.did, log, publisher: publisherKey.did };
const weights = Buffer.from('weights of the model');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

let storage: StorageFolder;
let folder: string;

beforeEach(() => {
  storage = storageFolder();
  folder = join(storage.path, 'model');
  writeRelease(manifestOf());
});
afterEach(() => storage.remove());

function manifestOf(): Manifest {
  const vote = { ...exampleVote(), candidate: sha256(weights) };
  const signed = {
    member: memberKey.did,
    approve: true,
    heldBack: vote.heldBack,
    p99: vote.p99,
    vote: signVote(memberKey, vote),
  };
  return {
    ...exampleManifest(),
    weights: { digest: sha256(weights), bytes: weights.length },
    evaluation: { votes: [signed] },
  };
}

function writeRelease(manifest: Manifest): void {
  const files = new Map<string, Uint8Array>([
    ['model.safetensors', weights],
    ['manifest.json', Buffer.from(signManifest(coordinatorKey, manifest))],
    ['provenance.json', encodeProvenance(exampleProvenance()).bytes],
  ]);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const digests = new Map([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  writeFileSync(join(folder, 'model.sig'), signModel(publisherKey, 'demo-v1', digests));
}

async function failedSteps(given = trust): Promise<ProofStep['name'][]> {
  const { steps, holds } = await verifyFolder(folder, given);
  const failed = steps.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  expect(holds).toBe(failed.length === 0);
  return failed;
}

/** Of `verify` on the folder, with these options. */
async function exitCodeOf(options: readonly string[]): Promise<number> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const before = process.exitCode;
  try {
    process.exitCode = 0;
    await makeProgram().parseAsync(['node', 'vedette-client', 'verify', folder, ...options]);
    return Number(process.exitCode);
  } finally {
    process.exitCode = before;
    write.mockRestore();
  }
}

describe('the proof of a pulled model', () => {
  it('holds for a release as it was published', async () => {
    const { steps, holds, head } = await verifyFolder(folder, trust);
    expect(steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'files ok',
      'publisher ok',
      'manifest ok',
      'journal ok',
      'weights ok',
      'provenance ok',
      'votes ok',
    ]);
    expect(holds).toBe(true);
    expect(head?.size).toBe(12);
  });

  it('fails on a file that nobody signed', async () => {
    writeFileSync(join(folder, 'extra.txt'), 'x');
    expect(await failedSteps()).toEqual(['files']);
  });

  it('fails on a changed byte of the weights, twice over', async () => {
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([weights, Buffer.of(0)]));
    expect(await failedSteps()).toEqual(['files', 'weights']);
  });

  it('fails on a missing file and on a link', async () => {
    const path = join(folder, 'model.safetensors');
    rmSync(path);
    expect(await failedSteps()).toEqual(['files', 'weights']);
    symlinkSync('/etc/hostname', path);
    expect((await refusalOfAsync(() => verifyFolder(folder, trust))).code).toBe('model_invalid');
    rmSync(join(folder, 'manifest.json'));
    rmSync(path);
    expect((await refusalOfAsync(() => verifyFolder(folder, trust))).message).toContain('manifest.json');
  });

  it('fails when somebody else signed', async () => {
    expect(await failedSteps({ ...trust, publisher: makeKey('publisher').did })).toEqual(['publisher']);
    expect(await failedSteps({ ...trust, coordinator: makeKey('coordinator').did })).toEqual(['manifest']);
    expect(await failedSteps({ ...trust, log: { ...log, did: makeKey('log').did } })).toEqual(['journal']);
  });

  it('fails when provenance.json is of another run, although it is listed', async () => {
    const other = encodeProvenance({ ...exampleProvenance(), updates: [] });
    const manifest = manifestOf();
    writeRelease({ ...manifest, contributions: { ...manifest.contributions, digest: other.digest } });
    expect(await failedSteps()).toEqual(['provenance']);
  });

  it('fails when the threshold is not what the signed votes give', async () => {
    const manifest = manifestOf();
    writeRelease({ ...manifest, threshold: { ...manifest.threshold, value: 9 } });
    expect(await failedSteps()).toEqual(['votes']);
    writeRelease({
      ...manifest,
      threshold: { ...manifest.threshold, value: 9, reports: [{ member: memberKey.did, p99: 9 }] },
    });
    expect(await failedSteps()).toEqual(['votes']);
  });

  it('says what was not checked when only the coordinator is known', async () => {
    const proof = await verifyFolder(folder, { coordinator: coordinatorKey.did });
    const unchecked = proof.steps.filter(({ outcome }) => outcome === 'not checked').map(({ name }) => name);
    expect(unchecked).toEqual(['publisher', 'journal']);
    requireProven(proof);
  });

  it('comes with what would check the rest, and is whole only when nothing is left', async () => {
    const partial = await verifyFolder(folder, { coordinator: coordinatorKey.did, log });
    const words = proofInWords(partial);
    expect(words).toContain('1 of 7 was not checked; with --strict that is exit code 1.');
    expect(words).toMatch(/publisher: no publisher key was given.*give --publisher <did>/);
    expect(words).not.toContain('--log-key');
    expect(proofAsJson(partial)).toMatchObject({ holds: true, unchecked: ['publisher'] });
    const whole = await verifyFolder(folder, trust);
    expect(proofInWords(whole)).toContain('Every step holds.');
    expect(proofAsJson(whole)).toMatchObject({ unchecked: [] });
  });

  it('is enough for --strict only when it is whole', async () => {
    const given = ['--coordinator', trust.coordinator, '--log-key', noteVerifierKey(log.origin, log.did)];
    expect(await exitCodeOf([...given])).toBe(0);
    expect(await exitCodeOf([...given, '--strict'])).toBe(1);
    expect(await exitCodeOf([...given, '--publisher', publisherKey.did, '--strict'])).toBe(0);
  });

  it('refuses a folder that is not there', async () => {
    expect((await refusalOfAsync(() => verifyFolder(join(folder, 'no'), trust))).code).toBe('model_missing');
  });
});

describe('pulling', () => {
  const names = ['model.safetensors', 'manifest.json', 'provenance.json', 'model.sig'];
  const signal = new AbortController().signal;

  function release(overrides: Partial<Release> = {}): Release {
    const files = names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, digest: sha256(bytes), bytes: bytes.length };
    });
    return {
      model: { version: 1, weights: sha256(weights), manifest: '', threshold: 1 },
      files,
      ...overrides,
    };
  }

  const copy = async (digest: string, path: string) => {
    const name = names.find((one) => sha256(readFileSync(join(folder, one))) === digest);
    if (name) writeFileSync(path, readFileSync(join(folder, name)));
  };

  it('leaves exactly the release, proven', async () => {
    const target = join(storage.path, 'pulled');
    const proof = await pull(release(), target, copy, { trust, signal });
    expect(proof.holds).toBe(true);
    // Again into the same folder is no harm.
    await pull(release(), target, copy, { trust, signal });
  });

  it('does not touch a folder that holds other files', async () => {
    const target = join(storage.path, 'mine');
    mkdirSync(target);
    writeFileSync(join(target, 'thesis.doc'), '');
    expect((await refusalOfAsync(() => pull(release(), target, copy, { trust, signal }))).code).toBe('usage');
  });

  it('refuses names that lead out of the folder', async () => {
    const files = [{ name: '../escape', digest: sha256(weights), bytes: 1 }];
    const refusal = await refusalOfAsync(() =>
      pull(release({ files }), join(storage.path, 'p'), copy, { trust, signal }),
    );
    expect(refusal.code).toBe('model_invalid');
  });

  it('refuses a release of another version than was asked for', async () => {
    const newer = release({ model: { version: 2, weights: '', manifest: '', threshold: 1 } });
    const refusal = await refusalOfAsync(() => pull(newer, join(storage.path, 'p'), copy, { trust, signal }));
    expect(refusal.code).toBe('manifest_invalid');
  });
});
