/** Why a rule cannot be evaluated; carried as the reason of its result. Internal. */
export class QualityGateError extends Error {
  public override readonly name = 'QualityGateError';
}
