import type { AppliedStep, Recording } from '@neurojoint/formats/recording'
import type { Resolution } from '../chain/resolve.ts'
import type { CompleteStep } from '../chain/steps.ts'
import { version } from '../version.ts'

/** Who did it, as files say it. */
export const appliedByName = `NeuroJoint native-dsp ${version}`

/** What a chain did, as recordings say it: each step with its parameters, and with what was measured for it. */
export function appliedBy({ chain, badChannels, silent }: Resolution, { channels }: Recording): readonly AppliedStep[] {
  const nameOf = (channel: number): string => channels[channel]?.name ?? `${channel}`
  const steps = chain.steps.map((step): AppliedStep => ({
    step: step.step,
    by: appliedByName,
    details: [
      ...detailsOf(step),
      ...(step.step === 'bad-channels' ? badChannels.map(({ channel, label }) => `${label}=${nameOf(channel)}`) : []),
      ...(step.step === 'bad-channels' ? silent.map((channel) => `silent=${nameOf(channel)}`) : []),
    ].join(' '),
  }))
  return steps.length === 0 ? [] : [...steps, { step: 'rounding', by: appliedByName, details: chain.rounding }]
}

/** `cutoff=300 order=3`, without long lists, which the sidecar has. */
function detailsOf({ step: _step, ...entries }: CompleteStep): readonly string[] {
  return Object.entries(entries).flatMap(([name, value]: [string, unknown]) => {
    // channels are told by their names
    if (value === null || name === 'channels') return []
    if (Array.isArray(value)) return value.length > 0 && value.length <= 16 ? [`${name}=${value.join(',')}`] : []
    return [`${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`]
  })
}
