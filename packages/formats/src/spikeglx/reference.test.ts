import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseSpikeGlxMeta } from './index.ts'

const fixtures = new URL('../../../../fixtures/', import.meta.url)

interface Geometry {
  /** (µm) */
  readonly positions: readonly (readonly [number, number])[]
  readonly contact_ids: readonly string[]
  readonly adc_sample_order: readonly number[]
  readonly adc_cycles: number
}

interface Refusal {
  readonly refused: string
}

interface Reference {
  readonly geometry: Geometry | Refusal
  readonly gains_uv: readonly number[] | Refusal
}

const expected: { readonly metas: Readonly<Record<string, Reference>> } = JSON.parse(
  readFileSync(new URL('probeinterface/expected.json', fixtures), 'utf8'),
)

const withGeometry = Object.entries(expected.metas).flatMap(([path, { geometry }]) =>
  'refused' in geometry ? [] : [[path, geometry] as const],
)
const withGains = Object.entries(expected.metas).flatMap(([path, { gains_uv }]) =>
  'refused' in gains_uv ? [] : [[path, gains_uv] as const],
)

function read(path: string) {
  return parseSpikeGlxMeta(readFileSync(new URL(`spikeglx/${path}`, fixtures), 'utf8'), path)
}

test('probeinterface reads all metas but that of an LF band and that of a board', () => {
  const refused = Object.keys(expected.metas).filter((path) => withGeometry.every(([other]) => other !== path))
  expect(refused).toEqual(['sample3B_g0_t0.imec1.lf.meta', 'sample3B_g0_t0.nidq.meta'])
})

test.each(withGeometry)(
  '%s has the electrodes and positions of probeinterface, x up to a constant',
  (path, geometry) => {
    const { probe, electrodes } = read(path)
    const perShank = (probe?.type.rows ?? 0) * (probe?.type.columns ?? 0)
    // `s2e120` on probes of several shanks, else `e120`
    const ids = electrodes.map(({ shank, electrode }) =>
      probe?.type.shanks === 1 ? `e${electrode}` : `s${shank}e${electrode - shank * perShank}`,
    )
    const origin = (electrodes[0]?.x ?? 0) - (geometry.positions[0]?.[0] ?? 0)
    expect(ids).toEqual(geometry.contact_ids)
    expect(electrodes.map(({ x, y }) => [x - origin, y])).toEqual(geometry.positions)
  },
)

test.each(withGeometry)('%s has the sample shifts that follow from probeinterface', (path, geometry) => {
  expect(read(path).sampleShifts).toEqual(geometry.adc_sample_order.map((turn) => turn / geometry.adc_cycles))
})

test.each(withGains)('%s has the gains of neo', (path, gains) => {
  // neo lists the sync words too
  const { channels } = read(path)
  expect(channels.map(({ gain }) => gain.toPrecision(12))).toEqual(
    gains.slice(0, channels.length).map((gain) => gain.toPrecision(12)),
  )
})
