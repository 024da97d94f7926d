import type { Tier } from '../definition/tier.ts'

/** In which colours a diagram is drawn. */
export type DiagramTheme = 'light' | 'dark'

export interface NodeColors {
  readonly fill: string
  readonly stroke: string
  readonly text: string
}

/** Colours by what they are for. */
export interface Palette {
  readonly background: string
  readonly tiers: Readonly<Record<Tier, NodeColors>>
  readonly collapsed: NodeColors
  readonly schema: NodeColors
  readonly edge: string
  /** A reference that renames. */
  readonly renamed: string
}

/** The light one is that of DataJoint 2. */
export const palettes: Readonly<Record<DiagramTheme, Palette>> = {
  light: {
    background: '#FFFFFF',
    tiers: {
      manual: { fill: '#E8F0E9', stroke: '#3E7A52', text: '#28513A' },
      lookup: { fill: '#F0F0F1', stroke: '#808285', text: '#5A5C5F' },
      imported: { fill: '#E0F4FC', stroke: '#00A0DF', text: '#00537A' },
      computed: { fill: '#FFEDE5', stroke: '#FF5113', text: '#B23200' },
      part: { fill: '#FFFFFF', stroke: '#B9BBBE', text: '#55585C' },
    },
    collapsed: { fill: '#EDEEF0', stroke: '#808890', text: '#404040' },
    schema: { fill: '#FAFAFB', stroke: '#C9CCD1', text: '#5A5F66' },
    edge: '#171C39',
    renamed: '#C77D3A',
  },
  dark: {
    background: '#16181D',
    tiers: {
      manual: { fill: '#1D3325', stroke: '#6DB587', text: '#CDEBD7' },
      lookup: { fill: '#2B2D31', stroke: '#94979C', text: '#D5D7DA' },
      imported: { fill: '#0C3345', stroke: '#3FBDF2', text: '#C9ECFC' },
      computed: { fill: '#442114', stroke: '#FF8355', text: '#FFD9CB' },
      part: { fill: '#1B1D22', stroke: '#6A6E75', text: '#C2C6CC' },
    },
    collapsed: { fill: '#2E3238', stroke: '#8F97A1', text: '#DDE1E6' },
    schema: { fill: '#1C1F25', stroke: '#3D434C', text: '#A7AEB8' },
    edge: '#B8BFD6',
    renamed: '#E2A062',
  },
}
