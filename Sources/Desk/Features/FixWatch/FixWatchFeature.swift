import Domain
import HTTPTypes
import Storage
import Web

/// The watch after a fix: a time with chosen signals, after which the case is done with, or back at work by itself.
enum FixWatchFeature: Feature {
    static let name = "fix_watch"
    static let statements = FixWatchQueries.samples
    static let caseParts = [FixWatchPages.part]
}
