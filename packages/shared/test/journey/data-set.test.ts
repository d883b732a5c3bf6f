import { describe, expect, it } from 'vitest';
import { parseDataSet } from '../../src/journey/data-set.ts';

describe('a data set', () => {
  it('is rows of CSV by the names of its columns', () => {
    const text = '\uFEFFname, note\r\nada,"first, ""and"" best"\r\n\r\ngrace,"two\nlines"\r\nlinus,';
    expect(parseDataSet('x.csv', text)).toEqual([
      { name: 'ada', note: 'first, "and" best' },
      { name: 'grace', note: 'two\nlines' },
      { name: 'linus', note: '' },
    ]);
  });

  it('is the elements of a JSON array', () => {
    expect(parseDataSet('X.JSON', '[{"a": 1}, 2, "three"]')).toEqual([{ a: 1 }, 2, 'three']);
  });

  it('keeps a row whose only field is empty, when it says so', () => {
    expect(parseDataSet('x.csv', 'note\n""\n\nlast')).toEqual([{ note: '' }, { note: 'last' }]);
  });

  it.each([
    'a,b\n1,2\n"ada"x,3\n',
    'a,b\n1,2\n"ada""x" ,3\n',
    'a,b\n1,2\n"ada" "x",3\n',
    'a,b\n1,2\n4,""5\n',
  ])('does not guess what is behind a closing quote: %j', (text) => {
    expect(() => parseDataSet('x.csv', text)).toThrow(
      /^x\.csv:[34]: expected a comma or the end of the line behind a closing double quote, found "[x 5]"/,
    );
  });

  it.each(['users.tsv', 'users', 'users.csv.gz'])(
    'is not taken for CSV because it is no JSON: %s',
    (file) => {
      expect(() => parseDataSet(file, 'a\tb\n1\t2\n')).toThrow(
        `${file}: expected a data set whose name ends in .csv or .json`,
      );
    },
  );

  it('counts lines also behind fields of several lines', () => {
    expect(() => parseDataSet('x.csv', 'a,b\n"1\n2",3\n4\n')).toThrow(
      'x.csv:4: expected 2 fields (a, b), found 1',
    );
  });

  it.each([
    ['[\n  1,\n  oops\n]', 3],
    ['[\n  1,\n  2', 3],
    ['{\n "a": "b\n"}', 2],
    ['', 1],
    ['[1]\n]', 2],
    ['[\n{"a": 1,},\n{}\n]', 2],
  ])('names the line in which JSON goes wrong: %j', (text, line) => {
    expect(() => parseDataSet('x.json', text)).toThrow(`x.json:${line}: expected JSON`);
  });
});
