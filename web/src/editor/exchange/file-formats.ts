// The forms in which a menu travels as a file.

export type FileFormat = 'plain' | 'schema.org' | 'square' | 'csv'

export const FILE_FORMATS = {
  plain: { label: 'format_plain', extension: 'json', mediaType: 'application/json' },
  'schema.org': { label: 'format_schema_org', extension: 'jsonld', mediaType: 'application/ld+json' },
  square: { label: 'format_square', extension: 'json', mediaType: 'application/json' },
  csv: { label: 'format_csv', extension: 'csv', mediaType: 'text/csv' },
} as const satisfies Record<FileFormat, { label: string; extension: string; mediaType: string }>

/** The form that a file most likely has, by its name. */
export function formatOfFile(name: string): FileFormat {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (extension === 'csv' || extension === 'tsv' || extension === 'txt') return 'csv'
  if (extension === 'jsonld') return 'schema.org'
  return /square/i.test(name) ? 'square' : 'plain'
}
