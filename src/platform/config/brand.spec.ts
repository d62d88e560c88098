import { brandColor, contrastWithWhite } from './brand';

it.each([
  ['#000000', 21],
  ['#ffffff', 1],
  ['#4f46e5', 6.3],
])('%s has the contrast %p with white', (color, contrast) => {
  expect(contrastWithWhite(color)).toBeCloseTo(contrast, 1);
});

it.each([
  ['#4f46e5', true],
  ['#4F46E5', true],
  ['#ffcc00', false], // white on yellow
  ['4f46e5', false],
  ['#fff', false],
  ['red;background:url(x)', false],
])('%s is taken: %p', (color, isTaken) => {
  expect(brandColor.safeParse(color).success).toBe(isTaken);
});
