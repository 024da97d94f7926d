/** What Python's decimals write themselves as, and read. */
const decimalText = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|s?nan\d*)$/i

/** Whether text is that of a Python decimal: `-1.50`, `1E+3`, `NaN`. */
export const isDecimal = (text: string): boolean => decimalText.test(text)
