"""The brand and the source that lists and figures can be limited to: asked for in the same words everywhere."""

from ninja import Schema
from pydantic import Field

from heedful.associates import brands
from heedful.customers.slices import NO_BRAND, Slice

NONE = "none"


class SliceQuery(Schema):
    """Of which brand, and from which source; of all where nothing is said."""

    brand: str = Field("", max_length=60, description="The short name of a brand, or `none` for what is of none")
    source: str = Field("", max_length=80, description="Where it came from, such as `key:1` or the source of an import")

    def slice(self) -> Slice:
        """The slice that was asked for; a brand that there is not, or may not be seen, is refused."""
        brand = None if not self.brand else NO_BRAND if self.brand == NONE else brands.check(self.brand)
        return Slice(brand, self.source.replace("\x00", ""))
