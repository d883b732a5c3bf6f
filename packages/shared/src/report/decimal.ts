/**
 * A number as English writes it, `1,234.5`, with at least and at most so many digits after the point; rounded half away
 * from zero by its decimal digits. Locales would do the same, and take longer to load than a smoke gate takes.
 */
export function decimal(value: number, least = 0, most = 0): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : `${value < 0 ? '-' : ''}∞`;
  const [whole = '', digits = ''] = rounded(Math.abs(value), most).split('.');
  const needed = digits.replace(/0+$/, '').padEnd(least, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')}${needed === '' ? '' : `.${needed}`}`;
}

function rounded(size: number, digits: number): string {
  if (Number.isInteger(size)) return String(BigInt(size));
  // The digits of what is so large are not told apart any more.
  if (size >= 1e9) return size.toFixed(digits);
  const [digitsOf, exponent = '0'] = String(size).split('e');
  const shifted = Math.round(Number(`${digitsOf}e${Number(exponent) + digits}`));
  return Number(`${shifted}e-${digits}`).toFixed(digits);
}
