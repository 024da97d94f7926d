import { InvalidValueError, MissingKeyError } from '../errors.ts'

/** What `params.py` says about the recording that was sorted. */
export interface KilosortParameters {
  /** (Hz) */
  readonly samplingRate: number
  /** The recording's files; none where the program did not say. */
  readonly dataPaths: readonly string[]
  /** Words per frame in the recording's file. */
  readonly channelsInFile: number | null
  /** NumPy's name, such as `int16`. */
  readonly dtype: string | null
  /** Bytes before the first frame. */
  readonly offset: number
  readonly isHighPassFiltered: boolean | null
}

/** A Python literal; `undefined` is one that was not read, such as a call. */
type Literal = string | number | boolean | null | readonly Literal[] | undefined

/** Reads the assignments of literals in a `params.py`. Throws `missing-key`, `invalid-value`. */
export function parseKilosortParameters(text: string, path: string): KilosortParameters {
  const values = parseAssignments(text)
  const samplingRate = values.get('sample_rate')
  if (samplingRate === undefined)
    throw new MissingKeyError(
      path,
      'sample_rate',
      'Add a line such as `sample_rate = 30000.`, the rate of the recording in Hz.',
    )
  if (typeof samplingRate !== 'number' || samplingRate <= 0)
    throw new InvalidValueError(path, 'sample_rate', String(samplingRate), 'a rate in Hz')
  const dataPath = values.get('dat_path')
  const isHighPassFiltered = values.get('hp_filtered')
  const offset = values.get('offset')
  const channelsInFile = values.get('n_channels_dat')
  const dtype = values.get('dtype')
  return {
    samplingRate,
    // Kilosort 4 writes a list, and `no_path.bin` where it was given an array
    dataPaths: [dataPath].flat().filter((item): item is string => typeof item === 'string' && item !== 'no_path.bin'),
    channelsInFile: typeof channelsInFile === 'number' ? channelsInFile : null,
    dtype: typeof dtype === 'string' ? dtype : null,
    offset: typeof offset === 'number' ? offset : 0,
    isHighPassFiltered: typeof isHighPassFiltered === 'boolean' ? isHighPassFiltered : null,
  }
}

/** Assignments by name. A list may run over several lines. */
function parseAssignments(text: string): ReadonlyMap<string, Literal> {
  const values = new Map<string, Literal>()
  const tokens = tokenize(text)
  for (let at = 0; at < tokens.length; at++) {
    const isAssignment = tokens[at + 1] === '=' && (at === 0 || tokens[at - 1] === '\n')
    if (isAssignment) values.set(tokens[at] ?? '', readLiteral(tokens, at + 2).value)
  }
  return values
}

const token = /#[^\n]*|[rRbBuU]?'(?:\\.|[^'\\\n])*'|[rRbBuU]?"(?:\\.|[^"\\\n])*"|[[\](),=\n]|[^\s[\](),='"#]+/g

/** Comments are dropped, line ends kept. */
function tokenize(text: string): readonly string[] {
  return (text.replaceAll('\r\n', '\n').match(token) ?? []).filter((item) => !item.startsWith('#'))
}

function readLiteral(tokens: readonly string[], at: number): { value: Literal; next: number } {
  const first = tokens[at]
  if (first !== '[' && first !== '(') return { value: readScalar(first ?? ''), next: at + 1 }
  const items: Literal[] = []
  let next = at + 1
  while (next < tokens.length && tokens[next] !== ']' && tokens[next] !== ')') {
    if (tokens[next] === ',' || tokens[next] === '\n') next++
    else {
      const item = readLiteral(tokens, next)
      items.push(item.value)
      next = item.next
    }
  }
  return { value: items, next: next + 1 }
}

const named: Readonly<Record<string, Literal>> = { True: true, False: false, None: null }

function readScalar(text: string): Literal {
  if (Object.hasOwn(named, text)) return named[text]
  const quoted = /^([rRbBuU]?)(['"])(.*)\2$/.exec(text)
  if (quoted) return /r/i.test(quoted[1] ?? '') ? quoted[3] : quoted[3]?.replaceAll(/\\([\\'"])/g, '$1')
  return /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : undefined
}
