import { markdownTable } from './markdown-table';

describe('markdownTable', () => {
  it('pads every column to its widest cell', () => {
    expect(
      markdownTable(
        ['Name', 'What'],
        [
          ['a', 'first thing'],
          ['longer', 'b'],
        ],
      ),
    ).toBe(
      [
        '| Name   | What        |',
        '| ------ | ----------- |',
        '| a      | first thing |',
        '| longer | b           |',
      ].join('\n'),
    );
  });

  it('keeps a cell in its row and its column', () => {
    expect(markdownTable(['A'], [['one | two\nthree']])).toContain('| one \\| two three |');
  });
});
