/** bigint comes as text from pg; what we count and charge stays below 2^53. For `@Column({ transformer })`. */
export const wholeNumber = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
