// The panels of the screen, each a script of its own.

import { later } from './later'

export const RecallPanel = later(async () => (await import('./RecallPanel')).RecallPanel)
export const StockPanel = later(async () => (await import('./StockPanel')).StockPanel)
export const DishSheet = later(async () => (await import('./DishSheet')).DishSheet)
export const SettingsPanel = later(async () => (await import('./SettingsPanel')).SettingsPanel)
export const HelpPanel = later(async () => (await import('./HelpPanel')).HelpPanel)
export const PrintSheet = later(async () => (await import('./PrintSheet')).PrintSheet)
export const StartScreen = later(async () => (await import('./StartScreen')).StartScreen)
export const AllDay = later(async () => (await import('./AllDay')).AllDay)
export const TicketSheet = later(async () => (await import('./TicketSheet')).TicketSheet)
