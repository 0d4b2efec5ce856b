/** The receipts this node was given: its evidence, kept for ever. */
export interface KeptReceipt {
  /** ISO 8601, UTC: when it arrived. */
  readonly at: string;
  readonly round: number;
  readonly attempt: number;
  readonly kind: 'update' | 'vote';
  /** As the coordinator signed it. */
  readonly jws: string;
}

/** Receipts are durable when `flush` returns; those of an interrupted write are whole or absent. */
export interface Receipts {
  append(receipt: KeptReceipt): void;
  flush(): Promise<void>;
  all(): Promise<readonly KeptReceipt[]>;
  close(): Promise<void>;
}
