import type { Detecting, PeakPlaces } from '../detecting.ts'
import {
  requireBasis,
  requireComponents,
  requireDetection,
  requireMainWaveforms,
  requirePlaces,
  requireShape,
  requireWindow,
  resolveFilter,
  resolveMatched,
} from '../detecting-parameters.ts'
import type { OperationOptions } from '../dsp.ts'
import { requireFrames } from '../parameters.ts'
import { Attention } from './attention.ts'
import { createDetector, detectAttentively } from './detecting/detector.ts'
import { findMatched, measureMatchedNoise } from './detecting/matched.ts'
import { fitSvd, medianShape, project } from './detecting/temporal-svd.ts'
import { cutWaveforms, measurePeaks } from './detecting/waveforms.ts'

/** The area in TypeScript: on the event loop's thread, in slices of a few milliseconds. Inputs are copied first. */
export function createTypeScriptDetecting(): Detecting {
  return {
    async detectPeaks(traces, detection, options = {}) {
      requireDetection(traces, detection)
      const detector = createDetector(detection.noiseLevels, {
        ...detection,
        positions: Array.from(detection.positions),
        exclusionFrames: detection.exclusionSamples,
        method: detection.method ?? 'locally-exclusive',
      })
      const copy = traces.slice()
      const peaks = await attend(options, (attention) => detectAttentively(copy, detector, attention))
      return {
        sampleIndex: Float64Array.from(peaks, ({ frame }) => frame),
        channel: Int32Array.from(peaks, ({ row }) => row),
        amplitude: Float32Array.from(peaks, ({ amplitude }) => amplitude),
      }
    },

    async detectMatched(traces, detection, options = {}) {
      const filter = resolveMatched(traces, detection)
      const [copy, noiseLevels] = [traces.slice(), detection.noiseLevels.slice()]
      return attend(options, (attention) => findMatched(copy, filter, { ...detection, noiseLevels }, attention))
    },

    async matchedNoiseLevels(traces, matched, options = {}) {
      const filter = resolveFilter(traces, matched)
      const copy = traces.slice()
      return attend(options, (attention) => measureMatchedNoise(copy, filter, attention))
    },

    async estimatePrototype(waveforms, options = {}) {
      requireMainWaveforms(waveforms)
      const copy = { ...waveforms, data: waveforms.data.slice() }
      return attend(options, (attention) => medianShape(copy, attention))
    },

    async cutWaveforms(traces, peaks, shape, options = {}) {
      requireShape(shape)
      requirePlaces(peaks, requireFrames(traces, shape.channels), shape.channels)
      const [copy, places] = [traces.slice(), copyPlaces(peaks)]
      return attend(options, (attention) => cutWaveforms(copy, places, shape, attention))
    },

    async peakAmplitudes(traces, peaks, window, options = {}) {
      requireWindow(window)
      requirePlaces(peaks, requireFrames(traces, window.channels), window.channels)
      const [copy, places] = [traces.slice(), copyPlaces(peaks)]
      return attend(options, (attention) => measurePeaks(copy, places, window, attention))
    },

    async fitTemporalSvd(waveforms, { components }, options = {}) {
      requireMainWaveforms(waveforms)
      requireComponents(components, waveforms.frames)
      const copy = { ...waveforms, data: waveforms.data.slice() }
      return attend(options, (attention) => fitSvd(copy, components, attention))
    },

    async projectWaveforms(waveforms, svd, options = {}) {
      requireBasis(waveforms, svd)
      const copy = { ...waveforms, data: waveforms.data.slice() }
      return attend(options, (attention) => project(copy, { ...svd, basis: svd.basis.slice() }, attention))
    },
  }
}

const copyPlaces = ({ sampleIndex, channel }: PeakPlaces): PeakPlaces => {
  return { sampleIndex: sampleIndex.slice(), channel: channel.slice() }
}

async function attend<T>(options: OperationOptions, work: (attention: Attention) => Promise<T>): Promise<T> {
  const attention = new Attention(options)
  const result = await work(attention)
  attention.finish()
  return result
}
