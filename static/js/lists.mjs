/** Lets the very long lists of a form be searched on the phone. */

import { searchLists } from "./phone/lists/search.mjs";

searchLists();
