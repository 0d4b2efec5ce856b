/** A signed header on its way: kept until its receipt is, so that a node killed in between can ask for it again. */
export interface OnItsWay {
  readonly header: string;
  /** Digest of the update. */
  readonly digest: string;
  readonly round: number;
  readonly attempt: number;
}

/** Holds the last header sent. What was put survives the death of the process at return. */
export interface Outbox {
  put(sent: OnItsWay): Promise<void>;
  last(): Promise<OnItsWay | undefined>;
}
