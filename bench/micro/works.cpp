// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/works.h"

namespace memorykv {

std::vector<Work> allWorks()
{
    std::vector<Work> works = storeWorks();
    for (const auto &more : {httpWorks(), logWorks()})
        works.insert(works.end(), more.begin(), more.end());
    return works;
}

} // namespace memorykv
