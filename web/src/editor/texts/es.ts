import type en from './en'
import words from './en'

export default words satisfies Record<keyof typeof en, string>
