import type { StagedUpload } from '../../ports/blobs.ts';
import { requireNextChunk } from './upload-checks.ts';

/** An upload of what is there already: nothing to send, nothing to verify again. */
export class FinishedUpload implements StagedUpload {
  readonly digest: string;
  readonly size: number;

  constructor(digest: string, size: number) {
    this.digest = digest;
    this.size = size;
  }

  get durableBytes(): number {
    return this.size;
  }

  async append(offset: number, chunk: Uint8Array): Promise<void> {
    requireNextChunk(this, offset, chunk.length);
  }

  async finish(): Promise<void> {}

  async close(): Promise<void> {}
}
