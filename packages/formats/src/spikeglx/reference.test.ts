import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseSpikeGlxMeta } from './index.ts'

const fixtures = new URL('../../../../fixtures/', import.meta.url)

interface Reference {
  readonly geometry:
    | {
        readonly positions: readonly (readonly [number, number])[]
        readonly contact_ids: readonly string[]
        readonly adc_sample_order: readonly number[]
        readonly adc_cycles: number
      }
    | { readonly refused: string }
  readonly gains_uv: readonly number[] | { readonly refused: string }
}

const expected: { readonly metas: Readonly<Record<string, Reference>> } = JSON.parse(
  readFileSync(new URL('probeinterface/expected.json', fixtures), 'utf8'),
)

const paths = readdirSync(new URL('spikeglx/', fixtures), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.meta'),
)

function read(path: string) {
  return parseSpikeGlxMeta(readFileSync(new URL(`spikeglx/${path}`, fixtures), 'utf8'), path)
}

/** `s2e120` or `e120`: shank and electrode on it. */
function contactId(electrode: number, shank: number, perShank: number, shanks: number): string {
  return shanks > 1 ? `s${shank}e${electrode - shank * perShank}` : `e${electrode}`
}

describe.each(paths)('%s', (path) => {
  const meta = read(path)
  const reference = expected.metas[path]

  test('has the electrodes, positions and sample shifts of probeinterface, x up to a constant', () => {
    if (!reference || 'refused' in reference.geometry) return expect(['lf', 'nidq']).toContain(meta.stream)
    const { positions, contact_ids, adc_sample_order, adc_cycles } = reference.geometry
    const type = meta.probe?.type
    expect(
      meta.electrodes.map(({ electrode, shank }) =>
        contactId(electrode, shank, (type?.rows ?? 0) * (type?.columns ?? 0), type?.shanks ?? 1),
      ),
    ).toEqual(contact_ids)
    const shift = (meta.electrodes[0]?.x ?? 0) - (positions[0]?.[0] ?? 0)
    expect(meta.electrodes.map(({ x, y }) => [x - shift, y])).toEqual(positions)
    expect(meta.sampleShifts).toEqual(adc_sample_order.map((turn) => turn / adc_cycles))
    return undefined
  })

  test('has the gains of neo', () => {
    if (!reference || 'refused' in reference.gains_uv) return expect(meta.probe?.partNumber).toBe('NP1110')
    const gains = reference.gains_uv
    for (const [index, { gain }] of meta.channels.entries()) expect(gain).toBeCloseTo(gains[index] ?? Number.NaN, 9)
    return undefined
  })
})
