// Every test has an IndexedDB of its own kind in memory.
import 'fake-indexeddb/auto'
