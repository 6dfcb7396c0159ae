"""What the tab offers beside one run at a time; each part adds itself to the tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.ui.tabs.training.ahead import Ahead
from deepdesk.ui.tabs.training.log_export import LogExport
from deepdesk.ui.tabs.training.machine_choices import MachineChoices
from deepdesk.ui.tabs.training.mistakes_reading import MistakesReading
from deepdesk.ui.tabs.training.outlook import OutlookFeature
from deepdesk.ui.tabs.training.rate_finding import RateFinding
from deepdesk.ui.tabs.training.saving_banner import SavingBanner
from deepdesk.ui.tabs.training.table.feature import RunTable

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

# Each is made once with the finished tab, reaches what it needs through the tab's attributes,
# and takes the tab as its parent.
Feature = Callable[["TrainingTab"], QObject]
FEATURES: tuple[Feature, ...] = (
    Ahead,
    OutlookFeature,
    MachineChoices,
    RateFinding,
    SavingBanner,
    RunTable,
    LogExport,
    MistakesReading,
)
