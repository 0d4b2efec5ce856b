import { Refusal } from '../../shared/refusal.ts';
import { openRound, seatOf } from '../core/state.ts';
import type { Context } from './context.ts';
import { isReadable } from './situation.ts';

/** Different blobs one member may begin to upload in one attempt of a round: one, and room for honest retraining. */
const MAX_BLOBS_PER_SEAT = 4;

/** Who may move which bytes: uploads only with an open seat and within the plan's bound, downloads of what is announced. */
export class UploadSeats {
  readonly #context: Context;
  #place = '';
  readonly #begun = new Map<string, Set<string>>();

  constructor(context: Context) {
    this.#context = context;
  }

  readonly mayUpload = ({ id }: { id: string }, digest: string, sizeBytes: number): void => {
    const phase = openRound(this.#context.desk.state);
    if (!phase || seatOf(phase, id)?.state !== 'awaited') {
      throw new Refusal('upload_not_expected', `no open round awaits an update of ${id}`);
    }
    const { round, attempt, maxBytes } = phase.round;
    if (sizeBytes > maxBytes) {
      throw new Refusal(
        'blob_too_large',
        `blob of ${sizeBytes} bytes (bound of round ${round}: ${maxBytes})`,
        { sizeBytes, maxBytes },
      );
    }
    this.#countBlob(`${round}/${attempt}`, id, digest);
  };

  readonly mayRead = (_caller: { id: string }, digest: string): boolean =>
    isReadable(this.#context.desk.state, digest);

  readonly moved = ({ id }: { id: string }, bytes: number): void => {
    const { progress, clock } = this.#context;
    progress.moved(id, bytes, clock.now());
  };

  #countBlob(place: string, member: string, digest: string): void {
    if (place !== this.#place) {
      this.#place = place;
      this.#begun.clear();
    }
    const begun = this.#begun.get(member) ?? new Set();
    begun.add(digest);
    this.#begun.set(member, begun);
    if (begun.size > MAX_BLOBS_PER_SEAT) {
      throw new Refusal(
        'blob_too_large',
        `${begun.size} different blobs begun in round ${place} (bound ${MAX_BLOBS_PER_SEAT})`,
      );
    }
  }
}
