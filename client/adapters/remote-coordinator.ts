/** The coordinator over gRPC. */
import type { Refusal } from '../../shared/refusal.ts';
import { SOFTWARE } from '../../shared/software.ts';
import { Connection, type ConnectionOptions } from '../../shared/wire/connection.ts';
import { ENROLMENT, MODELS, PARTICIPATION } from '../../shared/wire/protocol.ts';
import type {
  Coordinator,
  Enrolment,
  JoinReply,
  NodeReport,
  OnBytes,
  RoundProgress,
  Situation,
} from '../ports/coordinator.ts';
import { download, downloadBytes, upload } from './grpc/transfer.ts';

/** For what is nice to know: whoever waits can do without. */
const GLANCE_TIMEOUT_MS = 5_000;
/** Progress that arrives late is of no use. */
const PROGRESS_TIMEOUT_MS = 5_000;

export class RemoteCoordinator implements Coordinator {
  readonly #connection: Connection;
  readonly #transportKeyPem: string;

  constructor(options: ConnectionOptions & { readonly transportKeyPem: string }) {
    const { transportKeyPem, ...connection } = options;
    this.#connection = new Connection(connection);
    this.#transportKeyPem = transportKeyPem;
  }

  async *follow(
    treeSize: () => number,
    signal: AbortSignal,
    onCut: (refusal: Refusal) => void,
  ): AsyncGenerator<Situation, void> {
    const request = () => ({ software: SOFTWARE, treeSize: treeSize() });
    const onInterruption = ({ refusal }: { refusal: Refusal }) => onCut(refusal);
    yield* this.#connection.follow(PARTICIPATION.Follow, request, { signal, onInterruption });
  }

  async progress(progress: RoundProgress): Promise<void> {
    await this.#connection.unary(PARTICIPATION.Progress, progress, { timeoutMs: PROGRESS_TIMEOUT_MS });
  }

  async submit(header: string) {
    return await this.#connection.unary(PARTICIPATION.Submit, { header });
  }

  async vote(vote: string) {
    return (await this.#connection.unary(PARTICIPATION.Vote, { vote })).receipt;
  }

  async verdicts(fromRound: number) {
    return (
      await this.#connection.unary(PARTICIPATION.Verdicts, { fromRound }, { timeoutMs: GLANCE_TIMEOUT_MS })
    ).verdicts;
  }

  async evidence(round: number) {
    return (await this.#connection.unary(PARTICIPATION.OwnEvidence, { round })).json;
  }

  async standing() {
    return await this.#connection.unary(PARTICIPATION.Standing, {});
  }

  async appeal(note: string) {
    return (await this.#connection.unary(PARTICIPATION.Appeal, { note })).appealedAt;
  }

  async report(report: NodeReport): Promise<void> {
    await this.#connection.unary(PARTICIPATION.Report, report);
  }

  async renew(csr: Uint8Array) {
    return (await this.#connection.unary(ENROLMENT.Renew, { csr })).certificatePem;
  }

  async release(version: number) {
    return await this.#connection.unary(MODELS.Get, { version });
  }

  async head(treeSize: number) {
    return await this.#connection.unary(MODELS.Head, { treeSize });
  }

  async upload(digest: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await upload(this.#connection, digest, bytes, { signal });
  }

  async downloadBytes(
    digest: string,
    maxBytes: number,
    signal: AbortSignal,
    onProgress?: OnBytes,
  ): Promise<Uint8Array> {
    return await downloadBytes(this.#connection, digest, {
      maxBytes,
      signal,
      ...(onProgress ? { onProgress } : {}),
    });
  }

  async download(digest: string, path: string, signal: AbortSignal, onProgress?: OnBytes): Promise<void> {
    await download(this.#connection, digest, path, { signal, ...(onProgress ? { onProgress } : {}) });
  }

  useCertificate(certificatePem: string): void {
    this.#connection.useCertificate({ certificatePem, keyPem: this.#transportKeyPem });
  }

  close(): void {
    this.#connection.close();
  }
}

/** Spends an invite, over a connection that trusts the invite's CA and nothing else. */
export async function enrol({ secret, csr, ...connection }: Enrolment): Promise<JoinReply> {
  const unproven = new Connection(connection);
  try {
    return await unproven.unary(ENROLMENT.Join, { secret, csr, software: SOFTWARE });
  } finally {
    unproven.close();
  }
}
