// Two people in two real browsers on one menu, as a newcomer would try it.
//
// node page.mjs URL [PICTURE]   prints one line of JSON; PICTURE: a folder for screenshots.

import { chromium } from 'playwright-core'

const [base, pictures] = process.argv.slice(2)
const WAIT_MS = 15_000
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'
]
const complaints = []

const open = async (browser, name, options) => {
  const context = await browser.newContext({ locale: 'de-DE', ...options })
  await context.addInitScript(called => localStorage.setItem('mirepoix:name', called), name)
  const page = await context.newPage()
  page.setDefaultTimeout(WAIT_MS)
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  return page
}

const nameOf = page => page.locator('[data-item]').first().getByLabel('Name', { exact: true })
const priceOf = page => page.locator('[data-item]').first().getByLabel(/^Price of/)
const saved = page => page.getByRole('status').filter({ hasText: 'Saved on disk' }).first().waitFor()
const until = async (read, wanted) => {
  const deadline = Date.now() + WAIT_MS
  let value = await read()
  while (value !== wanted) {
    if (Date.now() > deadline) throw new Error(`"${value}" instead of "${wanted}"`)
    await new Promise(resolve => setTimeout(resolve, 20))
    value = await read()
  }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS })
try {
  const ana = await open(browser, 'Ana', { viewport: { width: 1280, height: 800 } })
  const ben = await open(browser, 'Ben', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await ana.goto(base)
  const link = ana.getByRole('link', { name: /Asia Bistro/ })
  await link.click()
  await ben.goto(`${base}/menus/asia-bistro`)
  await Promise.all([saved(ana), saved(ben)])
  const dishes = await ana.locator('[data-item]').count()

  const before = await nameOf(ana).inputValue()
  await nameOf(ana).click()
  await ana.keyboard.press('End')
  await ana.keyboard.type(' mit Tofu 🌱')
  await until(() => nameOf(ben).inputValue(), `${before} mit Tofu 🌱`)
  await priceOf(ben).fill('7,25')
  await priceOf(ben).press('Enter')
  await until(() => priceOf(ana).inputValue(), '7,25')
  await Promise.all([saved(ana), saved(ben)])
  await ben.locator('[data-item]').nth(1).getByLabel('Name', { exact: true }).click()
  await ana.getByText('Ben').first().waitFor()
  if (pictures !== undefined) {
    await ana.waitForTimeout(300)
    await ana.screenshot({ path: `${pictures}/editor.png` })
    await ben.screenshot({ path: `${pictures}/editor-phone.png` })
  }
  await ana.reload()
  await saved(ana)
  const after = [await nameOf(ana).inputValue(), await priceOf(ana).inputValue()]
  console.log(JSON.stringify({ dishes, before, after, complaints }))
} finally {
  await browser.close()
}
