/**
 * The last tree head that was signed, kept apart from the journal: a journal that was cut or altered no longer leads
 * to it. A log never signs a head inconsistent with its last (C2SP tlog-checkpoint).
 */
export interface SignedHeads {
  last(): { readonly size: number; readonly root: string } | undefined;
  /** Survives the end of the process at return. */
  remember(head: { readonly size: number; readonly root: string }): void;
}
