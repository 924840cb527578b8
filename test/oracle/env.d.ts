declare namespace Cloudflare {
  interface Env {
    /** Repeats a failed run of the oracle: the seed and the path it printed, or "". */
    ORACLE_SEED: string;
    ORACLE_PATH: string;
  }
}
