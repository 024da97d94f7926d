import type { ServerValue } from '../compile/dialect.ts'
import type { StoredValue } from '../attribute/storage.ts'

export const isServerValue = (value: StoredValue | ServerValue): value is ServerValue =>
  typeof value === 'object' && value !== null && 'server' in value
