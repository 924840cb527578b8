/** What an operation used, until its last effect was committed; every number is counted, none is typed in. */
export interface Usage {
  readonly operation: string;
  /** HTTP requests, queue batches and cron runs. */
  readonly workerRequests: number;
  readonly d1Statements: number;
  readonly d1RowsRead: number;
  readonly d1RowsWritten: number;
  readonly objectCalls: number;
  readonly objectRowsRead: number;
  readonly objectRowsWritten: number;
  readonly kvReads: number;
  readonly kvWrites: number;
  /** One write, one read and one deletion a message; every message here is below 64 KB. */
  readonly queueOperations: number;
}
