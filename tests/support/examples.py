"""How many examples a property is shown: the same ones each time, however long one takes."""

from hypothesis import HealthCheck, settings


def examples(count: int) -> settings:
    """For `@examples(60)` above `@given`."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=slow)
