// The one place where Boost.JSON, header-only here, is compiled.
#include <boost/json/src.hpp>
