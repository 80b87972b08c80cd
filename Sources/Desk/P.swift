import Crypto
import CryptoExtras
import Hummingbird
import ServiceLifecycle
import Yams
