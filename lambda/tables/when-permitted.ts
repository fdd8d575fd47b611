export interface PermissionPatience {
  /** How long a refusal is taken for a delay. */
  readonly patienceMilliseconds: number;
  readonly waitMilliseconds: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** IAM is eventually consistent: a policy usually applies within seconds of being attached, seldom after a minute. */
const IAM_DELAY: PermissionPatience = {
  patienceMilliseconds: 60_000,
  waitMilliseconds: 3_000,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Does what may be done more than once, again while it is refused: a deployment attaches a policy and calls the function
 * that needs it in the same breath. What is refused to the end is thrown as it came.
 */
export async function whenPermitted<T>(
  work: () => Promise<T>,
  { patienceMilliseconds, waitMilliseconds, sleep } = IAM_DELAY,
): Promise<T> {
  for (let waited = 0; ; waited += waitMilliseconds) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error) || waited >= patienceMilliseconds) throw error;
      await sleep(waitMilliseconds);
    }
  }
}

/** Glue says AccessDeniedException, S3 AccessDenied, and both answer 400 or 403; a cause is looked at as well. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^AccessDenied(Exception)?$/.test(error.name) || isRefusal(error.cause);
}
