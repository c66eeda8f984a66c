// Estimates with their intervals as numbers.

const product = (x, factor) => (x === null ? null : x * factor);

// An estimate in another unit.
export const timesOf = (e, factor) => ({
  estimate: product(e.estimate, factor),
  ci_low: product(e.ci_low, factor),
  ci_high: product(e.ci_high, factor),
});
