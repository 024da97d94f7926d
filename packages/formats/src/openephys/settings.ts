import { InvalidValueError, MissingKeyError } from '../errors.ts'
import { probeType } from '../probes/index.ts'
import type { ProbeType } from '../probes/index.ts'
import { elementsOf, parseXml, type XmlElement } from './xml.ts'

/** What a `settings.xml` of the Open Ephys GUI says that its recordings do not. */
export interface OpenEphysSettings {
  readonly version: string
  readonly probes: readonly OpenEphysProbe[]
  readonly processors: readonly OpenEphysProcessor[]
}

/** A Neuropixels probe. */
export interface OpenEphysProbe {
  /** The node that it is connected to. */
  readonly nodeId: number
  /** Its streams without the band, such as `ProbeA`. */
  readonly streamName: string
  readonly serialNumber: string
  readonly partNumber: string
  readonly type: ProbeType
  readonly apGain: number | null
  readonly lfGain: number | null
  /** By read-out channel. */
  readonly sites: ReadonlyMap<number, { readonly shank: number; readonly x: number; readonly y: number }>
}

/** A processor of the signal chain, with what it says of each stream. */
export interface OpenEphysProcessor {
  readonly name: string
  readonly nodeId: number
  readonly parametersOf: (stream: string) => ReadonlyMap<string, string>
  /** A digit for each channel of a stream, 1 where a record node keeps it; null where it says nothing. */
  readonly recordedOf: (stream: string) => string | null
}

/** Reads the text of a `settings.xml`; `path` only names it in errors. Throws `invalid-value`, `missing-key`, `unknown-probe`. */
export function parseOpenEphysSettings(text: string, path: string): OpenEphysSettings {
  const root = parseXml(text, path)
  const processors = elementsOf(root, 'PROCESSOR')
  const [, version = ''] = /<VERSION>([^<]*)<\/VERSION>/.exec(text) ?? []
  return {
    version,
    probes: processors.flatMap((processor) => readProbes(processor, path)),
    processors: processors.map((processor) => ({
      name: processor.attributes.get('name') ?? '',
      nodeId: nodeIdOf(processor, path),
      parametersOf: (stream) => parametersOf(processor, stream),
      recordedOf: (stream) => recordedOf(processor, stream),
    })),
  }
}

/** The nth probe of a processor makes the streams of the nth name. */
function readProbes(processor: XmlElement, path: string): readonly OpenEphysProbe[] {
  const names = streamsOf(processor)
    .map((stream) => stream.attributes.get('name') ?? '')
    .filter((name) => !/ADC/.test(name))
  const bases = [...new Set(names.map(baseName))]
  return elementsOf(processor, 'NP_PROBE').map((probe, index): OpenEphysProbe => {
    const partNumber = requireAttribute(probe, 'probe_part_number', path)
    return {
      nodeId: nodeIdOf(processor, path),
      streamName: bases[index] ?? '',
      serialNumber: requireAttribute(probe, 'probe_serial_number', path),
      partNumber,
      type: probeType(partNumber, path),
      apGain: readGain(probe, 'apGainValue', path),
      lfGain: readGain(probe, 'lfpGainValue', path),
      sites: readSites(probe, path),
    }
  })
}

/** `ProbeA` of `ProbeA-AP`. */
export const baseName = (stream: string): string => stream.replace(/-(AP|LFP)$/, '')

/** Those beside the processor's own parameters, not those within its editor. */
const streamsOf = (processor: XmlElement): readonly XmlElement[] =>
  processor.children.filter(({ name }) => name === 'STREAM')

function parametersOf(processor: XmlElement, stream: string): ReadonlyMap<string, string> {
  const found = streamsOf(processor).find(({ attributes }) => attributes.get('name') === stream)
  return found?.children.find(({ name }) => name === 'PARAMETERS')?.attributes ?? new Map()
}

function recordedOf(processor: XmlElement, stream: string): string | null {
  const states = elementsOf(processor, 'STREAM').filter(({ attributes }) => attributes.has('recording_state'))
  // before 0.6.1 the streams have no names here, but the order of those above
  const place = streamsOf(processor).findIndex(({ attributes }) => attributes.get('name') === stream)
  const named = states.find(({ attributes }) => attributes.get('name') === stream)
  const found = named ?? (states.every(({ attributes }) => !attributes.has('name')) ? states[place] : undefined)
  return found?.attributes.get('recording_state') ?? null
}

/** The items of `CHANNELS` are `CH0="bank"` or `CH0="bank:shank"`, in any order. */
function readSites(probe: XmlElement, path: string): OpenEphysProbe['sites'] {
  const attributesOf = (name: string): ReadonlyMap<string, string> =>
    probe.children.find((child) => child.name === name)?.attributes ?? new Map()
  const [x, y] = [attributesOf('ELECTRODE_XPOS'), attributesOf('ELECTRODE_YPOS')]
  const sites = Array.from(attributesOf('CHANNELS'), ([name, bank]) => {
    const [, channel] = /^CH(\d+)$/.exec(name) ?? []
    const [, shank = '0'] = bank.split(':')
    const site = { shank: Number(shank), x: Number(x.get(name) ?? NaN), y: Number(y.get(name) ?? NaN) }
    if (channel === undefined || !Object.values(site).every(Number.isFinite))
      throw new InvalidValueError(path, `CHANNELS ${name}`, bank, 'a channel with a bank, a shank and a position')
    return [Number(channel), site] as const
  })
  return new Map(sites)
}

function readGain(probe: XmlElement, key: string, path: string): number | null {
  const text = probe.attributes.get(key)
  if (text === undefined) return null
  const gain = Number(text.replace(/x$/, ''))
  if (!(gain > 0) || !Number.isFinite(gain)) throw new InvalidValueError(path, key, text, 'a gain such as 500x')
  return gain
}

function nodeIdOf(processor: XmlElement, path: string): number {
  const text = requireAttribute(processor, 'nodeId', path)
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidValueError(path, 'nodeId', text, 'the number of a node')
}

function requireAttribute({ name, attributes }: XmlElement, key: string, path: string): string {
  const value = attributes.get(key)
  if (value !== undefined) return value
  throw new MissingKeyError(path, `${name} ${key}`, 'The Open Ephys GUI writes it from version 0.6 on.')
}
