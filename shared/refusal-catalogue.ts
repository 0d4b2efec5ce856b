/** Every refusal Vedette can give, in one place: code → what kind of failure it is and how to resolve it. */

/** How the transport reports a refusal; mapped to gRPC status codes in `shared/wire`. */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'precondition'
  | 'exhausted'
  | 'unavailable'
  | 'corrupt';

interface RefusalEntry {
  readonly kind: RefusalKind;
  /** One sentence: what the reader does next. */
  readonly resolve: string;
}

export const REFUSALS = {
  // Federation file and configuration
  federation_invalid: {
    kind: 'invalid',
    resolve: 'Correct the federation file at the path named and try again.',
  },
  config_invalid: { kind: 'invalid', resolve: 'Correct the configuration at the path named and try again.' },
  usage: { kind: 'invalid', resolve: 'See --help of the command.' },
  home_exists: {
    kind: 'conflict',
    resolve: 'Choose another --home, or remove the old one if it is no longer needed.',
  },
  home_in_use: {
    kind: 'conflict',
    resolve: 'One node runs on one home. Stop the other process first, or use a home of its own.',
  },
  home_missing: {
    kind: 'missing',
    resolve: 'Run init (coordinator) or join (client) first, or pass the right --home; `verify` takes keys.',
  },
  port_taken: {
    kind: 'conflict',
    resolve: 'Stop the process that listens there, or choose another --listen.',
  },
  disk_full: {
    kind: 'exhausted',
    resolve: 'Free space on the volume named; nothing that was acknowledged is lost.',
  },

  // Identity and transport
  invite_invalid: { kind: 'unauthenticated', resolve: 'Ask the operator for a new invite.' },
  invite_used: { kind: 'unauthenticated', resolve: 'An invite works once. Ask the operator for a new one.' },
  invite_expired: { kind: 'unauthenticated', resolve: 'Ask the operator for a new invite.' },
  token_invalid: {
    kind: 'unauthenticated',
    resolve: 'The request token is signed by the node itself: check that key.pem is the one enrolled.',
  },
  token_replayed: {
    kind: 'unauthenticated',
    resolve: 'Each token works once. Retry: the client makes a new one.',
  },
  clock_skew: { kind: 'unauthenticated', resolve: 'Set the clock of this machine (NTP) and try again.' },
  too_frequent: {
    kind: 'exhausted',
    resolve: 'Wait until the time or the window named has passed; a node by itself stays far below.',
  },
  token_flood: {
    kind: 'exhausted',
    resolve: 'Call less often: each node may hold only so many live request tokens.',
  },
  call_flood: {
    kind: 'exhausted',
    resolve: 'Let calls end before making more: each key may have only so many under way.',
  },
  did_invalid: { kind: 'invalid', resolve: 'Give the did:key exactly as it was printed.' },
  key_missing: { kind: 'missing', resolve: 'Check the path of the key file, or restore it from a backup.' },
  key_unsafe: { kind: 'precondition', resolve: 'Make the key file readable by its owner only: chmod 600.' },
  key_invalid: {
    kind: 'corrupt',
    resolve: 'Restore the key file from a backup, or enrol again with a new key.',
  },
  csr_invalid: { kind: 'invalid', resolve: 'Make a new certificate request with a P-256 or P-384 key.' },
  certificate_invalid: {
    kind: 'unauthenticated',
    resolve: 'Renew the certificate, or join again with a new invite.',
  },
  certificate_expired: {
    kind: 'unauthenticated',
    resolve: 'Renew the certificate: run any client command while the identity key is still enrolled.',
  },
  coordinator_untrusted: {
    kind: 'unauthenticated',
    resolve:
      'The coordinator does not hold the CA pinned by the invite. Compare fingerprints with the operator before anything else.',
  },
  member_unknown: {
    kind: 'forbidden',
    resolve: 'See `members list` for the names; whoever is missing joins with an invite first.',
  },
  member_exists: { kind: 'conflict', resolve: 'Each name and each key enrols once; choose another.' },
  member_not_active: {
    kind: 'forbidden',
    resolve: 'Wait for the operator to approve, or ask why the standing changed.',
  },
  standing_conflict: {
    kind: 'conflict',
    resolve: 'See `members list` for the standings from which this step is possible.',
  },
  appeal_without_cause: {
    kind: 'precondition',
    resolve: 'Appeal when an update was refused, or when the standing is quarantined or suspended.',
  },
  not_permitted: { kind: 'forbidden', resolve: 'This key has no right to this call.' },

  // Transfer
  digest_malformed: { kind: 'invalid', resolve: 'A digest is 64 lower-case hexadecimal characters.' },
  digest_mismatch: {
    kind: 'corrupt',
    resolve: 'The bytes received do not hash to the digest announced. Upload again from byte 0.',
  },
  blob_missing: { kind: 'missing', resolve: 'Upload the blob first, or check the digest.' },
  blob_too_large: { kind: 'exhausted', resolve: 'Send no more than the bound named.' },
  chunk_invalid: {
    kind: 'invalid',
    resolve: 'Chunks are at most 1 MiB, in order, starting at the durable byte.',
  },
  upload_superseded: {
    kind: 'conflict',
    resolve: 'A newer upload of the same blob took over; let that one finish.',
  },
  upload_not_expected: { kind: 'precondition', resolve: 'Upload only while a round has you in its cohort.' },

  // Updates, at the door
  update_malformed: {
    kind: 'invalid',
    resolve: 'Send the update as safetensors with the layout of the round plan.',
  },
  update_signature: { kind: 'unauthenticated', resolve: 'Sign the header with the key that is enrolled.' },
  update_signer: { kind: 'forbidden', resolve: 'A member submits its own updates only.' },
  update_round: { kind: 'precondition', resolve: 'Train for the round that is open.' },
  update_base: {
    kind: 'precondition',
    resolve: 'Restart the node, which fetches the base by itself; compare its software version.',
  },
  update_nonce: {
    kind: 'precondition',
    resolve: 'Use the nonce of this round plan; headers of other rounds do not count.',
  },
  update_shape: { kind: 'invalid', resolve: 'Use exactly the tensors of the round plan.' },
  update_dtype: { kind: 'invalid', resolve: 'Tensors are F32.' },
  update_not_finite: {
    kind: 'invalid',
    resolve: 'Look for NaN or infinity in the training data or a diverging local step.',
  },
  update_size: { kind: 'exhausted', resolve: 'The blob must not exceed the bound of the round plan.' },
  samples_beyond_bound: {
    kind: 'precondition',
    resolve: 'Claim what was trained on; to contribute more, have the operator raise the enrolled bound.',
  },
  sums_inconsistent: {
    kind: 'invalid',
    resolve: 'Restart the node, check its data, disk and software version; if it goes on, ask the operator.',
  },
  outside_cohort: {
    kind: 'forbidden',
    resolve: 'The cohort of a round is frozen when it opens; wait for the next.',
  },

  // Updates, against the cohort
  norm_outlier: {
    kind: 'precondition',
    resolve: 'Check the data for other units and extreme values, and the software version; restart the node.',
  },
  canary_regression: {
    kind: 'precondition',
    resolve: 'The update hides known anomalies: check the training rows for incidents.',
  },
  canary_audit: {
    kind: 'precondition',
    resolve: 'The sums hide the anomaly named: check the training rows for incidents of it.',
  },
  direction_outlier: {
    kind: 'precondition',
    resolve: 'Check the data and the software version, restart the node, then compare with others.',
  },
  sign_outlier: {
    kind: 'precondition',
    resolve: 'Check for columns that became constant and for another version of the software.',
  },
  distance_outlier: {
    kind: 'precondition',
    resolve: 'Check what set this data apart from before; tell the operator if it is meant to be so.',
  },
  spectral_outlier: {
    kind: 'precondition',
    resolve: 'Check what set this data apart from before; tell the operator if it is meant to be so.',
  },
  drift_outlier: {
    kind: 'precondition',
    resolve: 'Compare the data of the last rounds with what the federation is about.',
  },
  change_outlier: {
    kind: 'precondition',
    resolve: 'Check what changed on this node since the round before: data, columns, software.',
  },
  copy_of_another: {
    kind: 'precondition',
    resolve: 'Check that each member trains on its own data, and who can read the updates of this node.',
  },
  replay_of_aggregate: {
    kind: 'precondition',
    resolve: 'Train on own rows: the update is the aggregate of the round before.',
  },
  claim_implausible: {
    kind: 'precondition',
    resolve: 'Report what was trained: samples and loss are far from what the others report.',
  },

  // Ignored, not counted
  update_late: {
    kind: 'precondition',
    resolve: 'Nothing to do: the round had closed. The next one will take you.',
  },
  update_repeated: { kind: 'conflict', resolve: 'Nothing to do: the first update of this round stands.' },
  update_withdrawn: {
    kind: 'forbidden',
    resolve: 'The standing changed while the round was open; ask the operator.',
  },

  // Aggregation
  rule_breakdown: {
    kind: 'precondition',
    resolve: 'Await more updates, trim fewer, or choose a rule that holds for so few.',
  },
  compute_failed: {
    kind: 'unavailable',
    resolve:
      'The worker was started anew; the job is safe to repeat. If it fails again, see the coordinator log.',
  },

  // Rounds and models
  run_active: { kind: 'conflict', resolve: 'Wait for the run to end, or abort it.' },
  run_missing: {
    kind: 'missing',
    resolve: 'No run is open: see `rounds list`, or open one with `rounds open`.',
  },
  round_missing: { kind: 'missing', resolve: 'See `rounds list` for the rounds there are.' },
  round_invalid: {
    kind: 'corrupt',
    resolve:
      'Journal, blobs and canary file no longer belong together: compare them with a backup before the next run.',
  },
  update_missing: {
    kind: 'missing',
    resolve: 'See `rounds show` for the updates of the round: a member or a digest names one.',
  },
  evidence_missing: {
    kind: 'missing',
    resolve: 'Evidence is kept of updates that met their cohort; `rounds show` has every verdict.',
  },
  evidence_damaged: {
    kind: 'corrupt',
    resolve:
      'The bytes on the coordinator’s disk were changed: the operator restores the blob named from a backup and runs `rounds verify`.',
  },
  quorum_missing: {
    kind: 'precondition',
    resolve: 'Approve, reinstate or release members; `rounds.min` is fixed at init.',
  },
  model_missing: {
    kind: 'missing',
    resolve:
      'Check the folder or the version named. Operators see versions with `models list` and make one with `rounds open`; others ask them, or pull again.',
  },
  model_invalid: {
    kind: 'corrupt',
    resolve: 'Do not use this model. Pull again, and compare with the operator.',
  },
  candidate_missing: {
    kind: 'missing',
    resolve: 'See `models list` for what waits; with `promotion.mode: automatic` nothing does.',
  },
  vote_invalid: {
    kind: 'invalid',
    resolve: 'Evaluate the candidate again and sign a new vote with the enrolled key.',
  },

  // Provenance
  journal_corrupt: {
    kind: 'corrupt',
    resolve: 'Restore the journal from a backup; `journal verify` names the first bad entry.',
  },
  journal_conflict: {
    kind: 'conflict',
    resolve: 'Only one coordinator may serve a journal: stop the other process first.',
  },
  manifest_invalid: {
    kind: 'corrupt',
    resolve: 'Do not use this model. Pull again, and compare keys with the operator.',
  },
  receipt_invalid: { kind: 'corrupt', resolve: 'Keep the receipt and raise it with the operator.' },
  checkpoint_invalid: { kind: 'corrupt', resolve: 'Keep the checkpoint and raise it with the operator.' },
  log_inconsistent: {
    kind: 'corrupt',
    resolve:
      'The coordinator shows a different history than before. Stop, keep both checkpoints, call the operator.',
  },

  // Data on the client
  data_missing: {
    kind: 'missing',
    resolve: 'Check the path: on the command line, or of the data in client.yaml.',
  },
  data_format: {
    kind: 'invalid',
    resolve: 'Use .csv, .csv.gz, .ndjson or .parquet; for `score` also standard input, `-` with --format.',
  },
  data_empty: { kind: 'precondition', resolve: 'Provide at least the rows the site policy asks for.' },
  data_columns: { kind: 'invalid', resolve: 'Name every feature of the federation as a column.' },
  data_cell: { kind: 'invalid', resolve: 'Correct or remove the row at the line named.' },
  data_line_too_long: {
    kind: 'invalid',
    resolve: 'A record must stay within the bound; check for a missing line break or quote.',
  },
  data_duplicates: {
    kind: 'precondition',
    resolve: 'Remove the flood of equal rows, or raise policy.maxDuplicateShare.',
  },
  data_drift: {
    kind: 'precondition',
    resolve: 'Check the source; accept with `data check --accept` if the change is real.',
  },
  policy_refused: {
    kind: 'precondition',
    resolve:
      'The policy of this site forbids it: change client.yaml, or the setting named, if that is wanted.',
  },

  // Server state
  unavailable: {
    kind: 'unavailable',
    resolve:
      'See that the coordinator serves, and that the address is right. Nodes that run retry by themselves.',
  },
  deadline: { kind: 'unavailable', resolve: 'No answer in time; the call is safe to repeat.' },
  internal: { kind: 'unavailable', resolve: 'See the coordinator log for the reference given.' },
} as const satisfies Record<string, RefusalEntry>;
