/** Beside a form with very long lists: they are searched on the phone. */

import { searchLists } from "./phone/lists/search.mjs";

searchLists();
