extension Policy {
    /// The rubric of the default document: a form like the others, indented as one of their list.
    static let defaultRubric = """
          # By what the work on a case is judged once it has ended: marks 1 to 5, each in words. `seen_by` is what the software
          # can see of it while the work goes on; it makes the meter on the page of an open case, never a mark.
          - id: case_quality
            name: Case quality
            use: quality
            fields:
              - id: notes
                label: Notes
                help: Could a colleague go on from here without asking anybody?
                kind: rating
                weight: 2
                seen_by: [problem_statement, notes, intake, next_action, hypothesis]
                anchors:
                  1: Nothing says what was seen or done.
                  2: A few lines; what was tried has to be guessed.
                  3: What was done is there; why, and what was ruled out, is not.
                  4: What was seen, tried and ruled out is there, with small gaps.
                  5: A stranger can go on at once; every step has its reason.
              - id: evidence
                label: Evidence
                help: Is what is claimed backed by something that can be looked at?
                kind: rating
                weight: 2
                seen_by: [evidence, expected_evidence, judgement]
                anchors:
                  1: Claims without any evidence.
                  2: Evidence is mentioned and not attached.
                  3: The main claim has evidence; others do not.
                  4: Every claim that matters has evidence, though not always the exact place.
                  5: Every claim cites the line, value or answer that shows it.
              - id: timeline
                label: Timeline
                help: Can it be read when what began, was noticed, was promised and was done?
                kind: rating
                seen_by: [times, answered, promise]
                anchors:
                  1: No times, or wrong ones.
                  2: Only the times that the software writes by itself.
                  3: Beginning and end are right; what lies between has holes.
                  4: The turning points have their times; promises were kept or moved in time.
                  5: Beginning, turning points, promises and end are exact and agree.
              - id: resolution
                label: Resolution
                help: Is it clear what was wrong, what was done, and how anybody knows?
                kind: rating
                weight: 2
                seen_by: [remedy, narrative, root_cause]
                anchors:
                  1: Nobody can tell why the case ended.
                  2: It says what was done, not what was wrong.
                  3: Cause and action are there; how it was verified is not.
                  4: Cause, action and verification are there, for colleagues.
                  5: Cause, action, verification and prevention, clear to colleagues and to the customer.
              - id: severity
                label: Severity
                help: Was it right from the beginning, or put right in time?
                kind: rating
                seen_by: [severity_confirmed, impact]
                anchors:
                  1: Wrong to the end, with harm.
                  2: Wrong for most of the time.
                  3: Put right late.
                  4: Put right early, with a reason.
                  5: Right from the beginning, and the impact shows why.
              - id: tags
                label: Tags
                help: Do category, component and root cause say what the case was about?
                kind: rating
                seen_by: [category, component]
                anchors:
                  1: None, or misleading.
                  2: Some are wrong.
                  3: Right, but vaguer than they could be.
                  4: Right, one is missing or vague.
                  5: All are set, exact, and agree with the story.
              - {id: kept, label: What should stay as it is?, kind: long_text}
              - {id: next_time, label: What would have helped?, kind: long_text}
        """

    /// What customers are asked, by the default document.
    static let defaultSurvey = """
          # What the customer is asked once the case is resolved; whom, and what follows, stands under `survey`. The first field
          # is the score: kind rating (1 to 5) or yes_no (satisfied or not).
          - id: satisfaction
            name: How did we do?
            use: survey
            fields:
              - id: score
                label: How satisfied are you with our work on this case?
                kind: rating
                anchors: {1: Very dissatisfied, 2: Dissatisfied, 3: Neither nor, 4: Satisfied, 5: Very satisfied}
              - {id: comment, label: What should we know?, help: "What went well, what did not. Please no passwords or other secrets.", kind: long_text}
        """

    /// How quality is reviewed and whom surveys go to, by the default document.
    static let defaultQuality = """
        # Reviews of ended cases, by the form with `use: quality`. So many of 100 are to be reviewed, chosen by their identifiers
        # alone, and every case of the severities under `always`, for so many days after their end.
        quality:
          sample_percent: 10
          always: [sev1]
          within_days: 30
          target: 4.5

        # Surveys of customers, by the form with `use: survey`. So many minutes after a case is resolved its customer is asked,
        # unless they were asked within `rest_days`, want no surveys, or the case has one of these verdicts; each such reason is
        # on record. The link holds `open_days`, an answer can be changed for `change_days`. A score of `low` or less (or “no”)
        # asks the case's owner to follow up within so many hours. Comments are tagged with themes; `words` only propose them.
        # Without this section nobody is asked.
        survey:
          after_minutes: 10
          rest_days: 14
          open_days: 30
          change_days: 7
          low: 2
          follow_up_hours: 24
          target: 4.5
          alert: 4.3
          excluded_verdicts: []
          themes:
            - {id: speed, name: Speed, words: [slow, late, waited, waiting, days, quick, fast]}
            - {id: knowledge, name: Knowledge, words: [understood, knew, expert, wrong answer]}
            - {id: communication, name: Communication, words: [update, updates, silence, told, explained, unclear]}
            - {id: resolution, name: Resolution, words: [solved, fixed, workaround, again, still]}
            - {id: product, name: Product, words: [product, feature, bug]}
            - {id: attitude, name: Attitude, words: [friendly, polite, rude, kind]}
        """
}
