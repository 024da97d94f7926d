import { expect, test } from 'vitest'
import { parseKilosortParameters } from './index.ts'

const parse = (text: string) => parseKilosortParameters(text, '/sorted/params.py')

test('what Kilosort 4 writes: a list of files', () => {
  const text = `n_channels_dat = 33\noffset = 0\nsample_rate = 30000.0\ndtype = 'int16'\nhp_filtered = False\ndat_path = ['a.bin', "b.bin"]\n`
  expect(parse(text)).toEqual({
    samplingRate: 30000,
    dataPaths: ['a.bin', 'b.bin'],
    channelsInFile: 33,
    dtype: 'int16',
    offset: 0,
    isHighPassFiltered: false,
  })
})

test('what Kilosort 2 writes: a trailing dot, no last line end', () => {
  expect(parse(`dat_path = 'a.bin'\r\nsample_rate = 30000.\r\nhp_filtered = True`)).toEqual({
    samplingRate: 30000,
    dataPaths: ['a.bin'],
    channelsInFile: null,
    dtype: null,
    offset: 0,
    isHighPassFiltered: true,
  })
})

test.each([
  ['None', []],
  ['"no_path.bin"  # dat_path = "/data/a.bin"', []],
  [`r'D:\\data\\a#1.bin'`, ['D:\\data\\a#1.bin']],
  [`'D:\\\\data\\\\a.bin'`, ['D:\\data\\a.bin']],
  [`"it's.bin"`, ["it's.bin"]],
  [`(\n  'a.bin',  # first\n  'b.bin',\n)`, ['a.bin', 'b.bin']],
  ['os.path.join("a", "b")', []],
])('dat_path = %s', (literal, paths) => {
  expect(parse(`dat_path = ${literal}\nsample_rate = 25000\n`)).toMatchObject({ dataPaths: paths, samplingRate: 25000 })
})

test('comments and other statements are passed over', () => {
  expect(parse('# sample_rate = 1\nimport os\nsample_rate = 3e4 # Hz\nif x == 1: pass\n').samplingRate).toBe(30000)
})

test('a file without a rate, or with one that is none, is refused', () => {
  expect(() => parse("dtype = 'int16'")).toThrow(expect.objectContaining({ code: 'missing-key', key: 'sample_rate' }))
  expect(() => parse("sample_rate = 'fast'")).toThrow(expect.objectContaining({ code: 'invalid-value', value: 'fast' }))
})
