import type { AppliedStep } from '../recording/recording.ts'
import { optionalText } from './entries.ts'
import type { MetaEntries } from './entries.ts'

/** What the keys of `chainKey` hold: the steps of one run of a chain. */
interface ChainEntry {
  readonly by: string
  readonly steps: readonly { readonly step: string; readonly details: string }[]
}

/** The key under which our writer tells a chain, by how many were run before. */
export const chainKey = (index: number): string => `neurojointChain${index}`

/** What CatGT and our own chains say they did to the counts, in order; each step under the name our chains give it. */
export function readApplied(entries: MetaEntries): readonly AppliedStep[] {
  return [...readCatGt(entries), ...readChains(entries)]
}

function readCatGt(entries: MetaEntries): AppliedStep[] {
  return numbered(entries, (index) => `catGTCmdline${index}`).flatMap((commandLine) => {
    const options = parseCommandLine(commandLine)
    const band = optionalText(entries, 'fileName')?.endsWith('.lf.bin') ? 'lf' : 'ap'
    const by = 'CatGT'
    const step = (name: string, option: string): AppliedStep => {
      const value = options.get(option)
      return { step: name, by, details: value === undefined || value === '' ? `-${option}` : `-${option}=${value}` }
    }
    const given = (option: string): boolean => options.has(option)
    return [
      ...(given('no_tshift') ? [] : [{ step: 'phase-shift', by, details: '-tshift' }]),
      ...filterSteps(options.get(`${band}filter`)).map((name) => step(name, `${band}filter`)),
      ...(band === 'ap' && given('gfix') ? [step('other', 'gfix')] : []),
      ...(band === 'ap' && given('loccar_um') ? [step('local-reference', 'loccar_um')] : []),
      ...(band === 'ap' && given('loccar') ? [step('local-reference', 'loccar')] : []),
      ...(band === 'ap' && given('gbldmx') ? [step('common-reference', 'gbldmx')] : []),
      ...(band === 'ap' && given('gblcar') ? [step('common-reference', 'gblcar')] : []),
    ]
  })
}

/** `butter,12,300,9000`: order, high-pass and low-pass; 0 for none. */
function filterSteps(value: string | undefined): string[] {
  const [, , highPass, lowPass] = value?.split(',') ?? []
  return [...(Number(highPass) > 0 ? ['high-pass'] : []), ...(Number(lowPass) > 0 ? ['low-pass'] : [])]
}

/** `<CatGT -run=a -gblcar>` as options and their values. */
function parseCommandLine(text: string): ReadonlyMap<string, string> {
  const options = text.replace(/^<|>$/g, '').matchAll(/(?:^|\s)-([A-Za-z]\w*)(?:=(\S*))?/g)
  return new Map(Array.from(options, ([, option = '', value = '']) => [option, value]))
}

function readChains(entries: MetaEntries): AppliedStep[] {
  return numbered(entries, chainKey).flatMap((text) => {
    const entry = parseChainEntry(text)
    if (!entry) return [{ step: 'other', by: 'NeuroJoint', details: text }]
    return entry.steps.map(({ step, details }) => ({ step, by: entry.by, details }))
  })
}

function parseChainEntry(text: string): ChainEntry | null {
  try {
    const { by, steps }: Partial<ChainEntry> = JSON.parse(text)
    const isWhole = typeof by === 'string' && Array.isArray(steps)
    if (isWhole && steps.every(({ step, details }) => typeof step === 'string' && typeof details === 'string'))
      return { by, steps }
  } catch {
    // a line that someone edited still says that something was done
  }
  return null
}

/** The values of keys that end in 0, 1, 2 and so on. */
export function numbered(entries: MetaEntries, key: (index: number) => string): readonly string[] {
  const values: string[] = []
  for (let index = 0; ; index++) {
    const value = optionalText(entries, key(index))
    if (value === null) return values
    values.push(value)
  }
}
