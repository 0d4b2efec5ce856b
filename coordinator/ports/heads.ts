/**
 * The last tree head that was signed. A log never signs a head inconsistent with its last, so the head is durable
 * before its signature exists (C2SP tlog-checkpoint).
 */
export interface SignedHeads {
  last(): { readonly size: number; readonly root: string } | undefined;
  /** Durable at return. */
  remember(head: { readonly size: number; readonly root: string }): void;
}
