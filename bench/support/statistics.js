/** Minimum, median and maximum of some numbers. */
function spread(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const rounded = (value) => Number(value.toPrecision(4));
  const median = sorted[Math.floor(sorted.length / 2)];
  return { minimum: rounded(sorted[0]), median: rounded(median), maximum: rounded(sorted.at(-1)) };
}

module.exports = { spread };
