import GRDB
import CPQ
