import type { SimulatedRange } from '../../simulate.ts'
import { bump } from './bump.ts'
import type { SimulationModel } from './model.ts'
import { framesAfter, framesBefore } from './noise.ts'
import type { NoiseMix } from './noise.ts'
import { bell, draw } from './random.ts'
import type { Stream } from './random.ts'
import { sineOfCycles } from './rhythm.ts'
import type { Footprint } from './units.ts'

const tileFrames = 256 // keeps a tile of 384 channels near the second-level cache; any size gives the same samples
const halo = framesBefore + framesAfter

/** Adding and subtracting 1.5 * 2**52 rounds to the nearest integer, halves to even, as the ADC of the model does. */
const rounder = 6755399441055744

/** The counts of a range, frame-major with `columns` words per frame. */
export function computeBlock(
  model: SimulationModel,
  { start, end, columns }: Required<SimulatedRange>,
): Int16Array<ArrayBuffer> {
  const out = new Int16Array((end - start) * columns)
  const tile = openTile(model.noise.length, model.taps.length)
  for (let from = start; from < end; from += tileFrames) {
    const frames = Math.min(tileFrames, end - from)
    fillSpikes(model, from, frames, tile.spikes)
    fillWhite(model.noiseStreams, from, frames, tile.white)
    fillCommon(model, from, frames, tile)
    fillRhythm(model, from, frames, tile)
    for (let channel = 0; channel < model.noise.length; channel++) {
      mixWhite(model.noise[channel]!, frames, tile)
      quantize(model, channel, frames, tile, out, (from - start) * columns + channel, columns)
    }
  }
  return out
}

/** Buffers of one tile, channel-major; white noise has the halo of the colouring filter on both sides. */
interface Tile {
  readonly spikes: Float64Array
  readonly white: Float64Array
  readonly mixed: Float64Array
  readonly common: Float64Array // one row per distinct shift
  readonly sine: Float64Array
  readonly cosine: Float64Array
}

const openTile = (channels: number, shifts: number): Tile => ({
  spikes: new Float64Array(channels * tileFrames),
  white: new Float64Array(channels * (tileFrames + halo)),
  mixed: new Float64Array(tileFrames + halo),
  common: new Float64Array(shifts * tileFrames),
  sine: new Float64Array(tileFrames),
  cosine: new Float64Array(tileFrames),
})

function fillSpikes(model: SimulationModel, from: number, frames: number, out: Float64Array): void {
  out.fill(0)
  const { times, units, amplitudes } = model.spikes
  const last = from + frames - 1 + model.headSamples
  for (let spike = firstAtLeast(times, from - model.tailSamples); spike < times.length; spike++) {
    const time = times[spike]!
    if (time > last) break
    const { footprint, recovery } = model.units[units[spike]!]!
    for (const seen of footprint) addSpike(seen, recovery, amplitudes[spike]!, time, from, frames, out)
  }
}

function addSpike(
  seen: Footprint,
  recovery: number,
  amplitude: number,
  time: number,
  from: number,
  frames: number,
  out: Float64Array,
): void {
  const row = seen.channel * tileFrames
  const trough = time + seen.delay - from
  const height = amplitude * seen.scale
  addBump(-height, trough, seen.troughWidth, frames, row, out)
  addBump(height * recovery, trough + seen.recoveryDelay, seen.recoveryWidth, frames, row, out)
}

function addBump(height: number, center: number, width: number, frames: number, row: number, out: Float64Array): void {
  const first = Math.max(0, Math.ceil(center - 2 * width))
  const end = Math.min(frames, Math.floor(center + 2 * width) + 1)
  const scale = 1 / width
  for (let frame = first; frame < end; frame++) {
    out[row + frame] = out[row + frame]! + height * bump((frame - center) * scale)
  }
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** White noise is numbered by channel and frame, so that a range can be computed alone; before frame 0 it wraps. */
function fillWhite(streams: readonly Stream[], from: number, frames: number, out: Float64Array): void {
  for (const [channel, stream] of streams.entries()) {
    const row = channel * (tileFrames + halo)
    for (let frame = 0; frame < frames + halo; frame++) {
      out[row + frame] = bell(draw(stream, from + frame - framesBefore))
    }
  }
}

function fillCommon(model: SimulationModel, from: number, frames: number, { common, mixed }: Tile): void {
  const { commonStream, commonScale, taps } = model
  for (let frame = 0; frame < frames + halo; frame++) {
    mixed[frame] = commonScale * bell(draw(commonStream, from + frame - framesBefore))
  }
  for (const [shift, filter] of taps.entries()) {
    const [t0, t1, t2, t3, t4, t5] = sixTaps(filter)
    for (let frame = 0; frame < frames; frame++) {
      common[shift * tileFrames + frame] =
        t0 * mixed[frame]! +
        t1 * mixed[frame + 1]! +
        t2 * mixed[frame + 2]! +
        t3 * mixed[frame + 3]! +
        t4 * mixed[frame + 4]! +
        t5 * mixed[frame + 5]!
    }
  }
}

function fillRhythm({ parameters }: SimulationModel, from: number, frames: number, { sine, cosine }: Tile): void {
  for (let frame = 0; frame < frames; frame++) {
    const cycles = (parameters.rhythmFrequency * (from + frame)) / parameters.samplingRate
    sine[frame] = sineOfCycles(cycles)
    cosine[frame] = sineOfCycles(cycles + 0.25)
  }
}

function mixWhite({ sources, weights }: NoiseMix, frames: number, { white, mixed }: Tile): void {
  for (let source = 0; source < sources.length; source++) {
    const weight = weights[source]!
    const row = sources[source]! * (tileFrames + halo)
    if (source === 0) {
      for (let frame = 0; frame < frames + halo; frame++) mixed[frame] = weight * white[row + frame]!
    } else {
      for (let frame = 0; frame < frames + halo; frame++) mixed[frame] = mixed[frame]! + weight * white[row + frame]!
    }
  }
}

function quantize(
  model: SimulationModel,
  channel: number,
  frames: number,
  { spikes, mixed, common, sine, cosine }: Tile,
  out: Int16Array,
  offset: number,
  columns: number,
): void {
  const { microvoltsPerCount, maxCount } = model.parameters
  const countsPerMicrovolt = 1 / microvoltsPerCount
  const shift = model.tapsOfChannel[channel]!
  const [t0, t1, t2, t3, t4, t5] = sixTaps(model.taps[shift]!)
  const p = model.rhythm.sine[channel]!
  const q = model.rhythm.cosine[channel]!
  for (let frame = 0; frame < frames; frame++) {
    const own =
      t0 * mixed[frame]! +
      t1 * mixed[frame + 1]! +
      t2 * mixed[frame + 2]! +
      t3 * mixed[frame + 3]! +
      t4 * mixed[frame + 4]! +
      t5 * mixed[frame + 5]!
    const rhythm = p * sine[frame]! + q * cosine[frame]!
    const microvolts = spikes[channel * tileFrames + frame]! + own + common[shift * tileFrames + frame]! + rhythm
    const count = microvolts * countsPerMicrovolt + rounder - rounder
    out[offset + frame * columns] = count < -maxCount ? -maxCount : count >= maxCount ? maxCount - 1 : count
  }
}

const sixTaps = (filter: Float64Array) =>
  [filter[0]!, filter[1]!, filter[2]!, filter[3]!, filter[4]!, filter[5]!] as const
