/** pg returns bigint as text; the counts and amounts here stay below 2^53. For `@Column({ transformer })`. */
export const wholeNumber = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
